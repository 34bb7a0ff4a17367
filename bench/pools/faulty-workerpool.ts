import workerpool from "workerpool";
import * as jobs from "./fault-jobs.ts";

workerpool.worker({ ...jobs });
