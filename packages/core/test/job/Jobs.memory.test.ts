import { Layer } from "effect"
import { TestClock } from "effect/testing"
import { it } from "vitest"
import * as Stores from "../../src/Stores.ts"
import * as JobsModel from "../../src/testing/JobsModel.ts"
import * as JobsSuite from "../../src/testing/JobsSuite.ts"

JobsSuite.suite("memory", Stores.layerMemory, TestClock.adjust)

it(
  "Jobs (memory): random histories end as the model says",
  () => JobsModel.check(Stores.layerMemory.pipe(Layer.provideMerge(TestClock.layer())), TestClock.adjust, 500),
  60_000
)
