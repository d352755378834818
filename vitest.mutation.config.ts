import { defineConfig } from 'vitest/config';

/** The tests that mutants are held against: those that need no server and little time, so that a mutant takes a second. */
export default defineConfig({
  test: {
    include: ['test/{detect,plan,audit}/**/*.test.ts', 'test/jobs/{judge,account,grounds}.test.ts'],
    exclude: ['test/audit/{table,wire,story}.test.ts', 'test/detect/speed.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 30_000,
  },
});
