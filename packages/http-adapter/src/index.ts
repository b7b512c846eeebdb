export { Api } from "./Api.ts"
export * as Mount from "./Mount.ts"
