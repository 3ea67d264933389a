import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{cli,reports,sims,engines,tools}/**/*.test.ts'],
    // Two cores is the smallest machine this suite is promised on; more workers would only fight.
    maxWorkers: 2,
    maxConcurrency: 2,
    testTimeout: 120_000,
    // Virtual time needs no fake timers; real sockets and processes need the real ones.
    pool: 'forks',
  },
})
