import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'lib/**/*.test.ts',
      'server/**/*.test.ts',
      'scripts/**/*.test.ts',
      'bench/**/*.test.ts',
      'load/**/*.test.ts',
      'e2e/**/*.test.ts',
      'chaos/**/*.test.ts',
    ],
    // Many servers and trainers begin on new data folders: measuring the machine for each takes longer than the tests.
    env: { WHIPPET_CALIBRATE: '0' },
    pool: 'forks',
    // Of two cores, too: a good part of the tests waits for processes, browsers and heartbeats.
    maxWorkers: 3,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    globalSetup: ['e2e/setup/postgres.ts', 'e2e/setup/install-chromium.ts', 'e2e/setup/vulkan-loader.ts'],
    reporters: ['default', './scripts/closing-line.ts'],
  },
})
