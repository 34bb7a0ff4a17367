import workerpool from "workerpool";
import { nothing, primesBelow } from "./jobs.ts";

workerpool.worker({ nothing, primesBelow });
