import { describeLinearObjective } from './objective.suite.ts'
import { referenceObjective } from './reference-objective.ts'

describeLinearObjective('the reference objective', referenceObjective, { precision: 1e-12 })
