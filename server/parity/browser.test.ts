import { browserReader } from './browser.ts'
import { describeGraphReader } from './parity.suite.ts'

describeGraphReader(browserReader, { leastStages: 11 })
