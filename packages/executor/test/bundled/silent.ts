// A worker whose module has forgotten to act as one.

import "./jobs.ts";
