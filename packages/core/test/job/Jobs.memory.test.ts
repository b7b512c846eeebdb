import { Layer } from "effect"
import { TestClock } from "effect/testing"
import { it } from "vitest"
import * as JobLeasesSuite from "../../src/testing/JobLeasesSuite.ts"
import * as JobsModel from "../../src/testing/JobsModel.ts"
import * as JobsSuite from "../../src/testing/JobsSuite.ts"
import * as Memory from "../support/Memory.ts"

JobsSuite.suite("memory", Memory.layer)
JobLeasesSuite.suite("memory", Memory.layer, TestClock.adjust)

it(
  "Jobs (memory): random histories end as the model says",
  () => JobsModel.check(Memory.layer.pipe(Layer.provideMerge(TestClock.layer())), TestClock.adjust, 500),
  60_000
)
