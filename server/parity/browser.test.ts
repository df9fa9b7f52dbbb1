import { browserReader } from './browser.ts'
import { describeGraphReader } from './parity.suite.ts'

// The raw convolutions of stem and head, which batch norm is folded into.
describeGraphReader(browserReader, { rewritten: 2 })
