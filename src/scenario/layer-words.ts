/** Shapes and windows of layers as short text, the same on the page and in the terminal: `3×3 /2`, `64×112²`. */
import type { Layer } from './layers.js'

/** Extents side by side, equal ones of space as a power: `64×112²`. A leading batch of one and space of one position are left out. */
export function shapeText(shape: readonly number[]): string {
  const [first, ...rest] = shape.length > 1 && shape[0] === 1 ? shape.slice(1) : shape
  if (first === undefined) return '1'
  if (rest.every(extent => extent === 1)) return String(first)
  const square = rest.length > 1 && rest.every(extent => extent === rest[0])
  return square ? `${String(first)}×${String(rest[0])}${rest.length === 2 ? '²' : '³'}` : [first, ...rest].join('×')
}

/** A resolution: `56²`, `80×45`, `197`; 1 for what is pooled. */
export function resolutionText(resolution: readonly number[]): string {
  return shapeText([1, ...resolution]).replace(/^(\d+)×\1$/, '$1²')
}

/** What a layer does, without words: `7×7 /2`, `3×3 dw`, `3×3 g32`, `max-pool 3×3 /2`, `linear`. */
export function windowText({ type, window, stride, dilation, groups, parts }: Pick<Layer, 'type' | 'window' | 'stride' | 'dilation' | 'groups' | 'parts'>): string {
  const kind = parts.find(part => part.is === 'main')?.kind.replace(/-call$/, '') ?? ''
  const even = (steps: readonly number[]): string => steps.every(step => step === steps[0]) ? String(steps[0]) : steps.join('×')
  const moved = (mark: string, steps: readonly number[]): string => steps.some(step => step !== 1) ? mark + even(steps) : ''
  return [
    kind === 'conv' ? '' : kind, window.join('×'), moved('/', stride), moved('d', dilation), type === 'depthwise' ? 'dw' : groups > 1 ? `g${String(groups)}` : '',
  ].filter(part => part !== '').join(' ')
}
