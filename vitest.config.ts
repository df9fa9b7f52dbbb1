import { fileURLToPath } from 'node:url'
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
    env: {
      WHIPPET_CALIBRATE: '0',
      // Hundreds of processes of ours begin: each need not compile the same modules again.
      NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)),
    },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    globalSetup: ['e2e/setup/postgres.ts', 'e2e/setup/install-chromium.ts', 'e2e/setup/vulkan-loader.ts'],
    reporters: ['default', './scripts/closing-line.ts'],
  },
})
