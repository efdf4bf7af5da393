/** The glossary of axes (data/axes.json): those that the model or the workload sizes, and those that follow from them. */
import json from '../../data/axes.json'
import type { Axis } from './graph.js'

type Axes = Readonly<Record<string, Axis>>

/** Axes whose sizes come from the model or the workload. */
export const glossary = json.given as unknown as Axes
/** Derived axes of attention, by the pairs that it has, and of routed experts. */
export const pairs = {
  unbounded: json.unbounded, windowed: json.windowed, chunked: json.chunked, selected: json.selected, blocks: json.blocks, full: json.full, band: json.band, tiled: json.tiled,
  compressed: { ...json.windowed, ...json.compressed, ...json.every }, indexed: { ...json.windowed, ...json.compressed, ...json.best },
} as unknown as Readonly<Record<'unbounded' | 'windowed' | 'chunked' | 'selected' | 'blocks' | 'full' | 'band' | 'tiled' | 'compressed' | 'indexed', Axes>>
export const routed = json.routed as unknown as Axes
/** How an image of a prompt becomes patches and tokens. */
export const grids = json.images as unknown as Readonly<Partial<Record<string, Axes>>>
