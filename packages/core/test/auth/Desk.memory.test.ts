import { Layer } from "effect"
import { Desk } from "../../src/auth/Desk.ts"
import { Memory } from "../../src/Memory.ts"
import { layerTables } from "../../src/Stores.ts"
import { layerMemory } from "../../src/testing/authFixture.ts"
import * as DeskSuite from "../../src/testing/DeskSuite.ts"
import * as TestRegex from "../../src/testing/TestRegex.ts"

const stores = layerTables.pipe(Layer.provide([Memory.layer, TestRegex.layer]))

// One audit log for all: that of the stores.
DeskSuite.suite("memory", Desk.layer.pipe(Layer.provideMerge(stores), Layer.provideMerge(layerMemory)))
