/** Images in a prompt: how many tokens each of them takes. */
import { glossary, grids } from '../axes.js'
import { evaluate, namesIn } from '../product.js'
import type { Model } from './model.js'

/** Pixels of an image as the tower sees it: as asked, or of its own size. */
export function imageOf({ image, images }: Model, asked: readonly [height: number, width: number] | null): readonly [height: number, width: number] | null {
  return images === 'one' ? image : asked ?? image
}

/** Tokens of the prompt that an image takes; 0 where a model sees none, or the size is not known. */
export function tokensPerImage(model: Model, asked: readonly [height: number, width: number] | null): number {
  const grid = model.stacks.find(stack => stack.images !== undefined)?.images
  const sides = imageOf(model, asked)
  if (grid === undefined || sides === null) return 0
  const axes = { ...glossary, ...grids[grid] }
  const sizes: Record<string, number> = { ...model.sizes, height: sides[0], width: sides[1] }
  const sized = (name: string): number => {
    const tree = axes[name]?.size
    return sizes[name] ??= tree === undefined ? 1 : evaluate(tree, Object.fromEntries([...namesIn(tree)].map(part => [part, sized(part)])))
  }
  return sized('si')
}
