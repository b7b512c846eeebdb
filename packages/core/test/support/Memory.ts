import { Layer } from "effect"
import * as Stores from "../../src/Stores.ts"
import * as TestRegex from "../../src/testing/TestRegex.ts"

/** Every port on tables in memory. */
export const layer = Layer.provide(Stores.layerMemory, TestRegex.layer)
