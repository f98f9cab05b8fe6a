import { defineConfig } from 'vitest/config';

// One browser and one service for all: one file after the other, one test after the other.
export default defineConfig({
  test: {
    include: [process.env['PAGE_TEST_SLOW'] ? 'e2e/**/*.slow.ts' : 'e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
