import { defaultServerConditions } from "vite";
import { configDefaults, defineConfig } from "vitest/config";

const conditions = ["@conc/source", ...defaultServerConditions];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["**/*.test.{ts,mjs}"],
    exclude: [...configDefaults.exclude, "**/dist/**"],
    pool: "forks",
    // Worker threads inherit this, so the threads of a test read the source as the test itself does.
    execArgv: [
      "--conditions=@conc/source",
      "--require",
      `${import.meta.dirname}/packages/testkit/src/typescript/preload.cjs`,
    ],
    // What they read are copies in JavaScript.
    globalSetup: "packages/testkit/src/typescript/copies.ts",
    maxWorkers: 2,
    // Of the tests of a file that may run side by side.
    maxConcurrency: 3,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
