import { Desk } from "@domainflow/core/auth/Desk"
import * as DeskSuite from "@domainflow/core/testing/DeskSuite"
import { Layer } from "effect"
import * as Stores from "../support/Stores.ts"
import { layer } from "./support.ts"

DeskSuite.suite("postgres", Desk.layer.pipe(Layer.provideMerge(Stores.layerClient), Layer.provideMerge(layer)))
