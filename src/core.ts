/**
 * roofline/core: decoders, and parts that are loaded when they are asked for. Where one that is not there may know better, a
 * report without an answer has a note `not-loaded`: `await load()`, and ask again.
 */
export { load } from './analyzers/parts/index.js'
export type { PartName } from './analyzers/part.js'
export { analyze, refusal } from './analyzers/analyze.js'
export { findGpu, gpus, type Device, type Peak } from './hardware/device.js'
export { findModel, models, type Checkpoint } from './analyzers/models/catalog.js'
export type { Problem } from './problem.js'
export type { NormalScenario, Scenario } from './scenario/schema.js'
export type { DeviceReport, KernelReport, Limit, Memory, Metrics, Phase, Report } from './scenario/report.js'
export type { Group, Layer, Layers, LayerType, Part } from './scenario/layers.js'
export type { Lowering } from './analyzers/lowering.js'
export type { Address, ReadModel, TextSource } from './analyzers/import/read-model.js'
export { layers, lowerings, parseJson, readModel } from './analyzers/on-demand.js'
export { ceilings, ridge, type Ceiling } from './hardware/roofline.js'
export { dtypes, type Dtype } from './hardware/precision.js'
export { formats } from './analyzers/precision.js'
export { systems, type System } from './hardware/network.js'
export { profiles } from './analyzers/profiles.js'
export type { Profile } from './analyzers/graph.js'
export { resolveModel } from './analyzers/found-model.js'
export type { Model as ResolvedModel } from './analyzers/models/model.js'
