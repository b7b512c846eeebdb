/** A program that starts an internet and is killed before it can stop it; tells the id of that internet's process. */
import { spawn } from "../src/Internet.ts"

const { processId } = await spawn({ patienceMillis: 0 })
process.send!(processId)
setInterval(() => {}, 1_000)
