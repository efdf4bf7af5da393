/** The glossary of axes (data/axes.json): those that the model or the workload sizes, and those that follow from them. */
import json from '../../data/axes.json'
import type { Axis } from './graph.js'

type Axes = Readonly<Record<string, Axis>>

/** Axes whose sizes come from the model or the workload. */
export const glossary = json.given as Axes
/** Derived axes of attention without a window, of attention with one, and of routed experts. */
export const unbounded = json.unbounded as unknown as Axes
export const windowed = json.windowed as unknown as Axes
export const routed = json.routed as unknown as Axes
