/** A formula as TeX. mathjs weighs more than all the rest and is loaded when somebody asks. */

interface Named { readonly isSymbolNode?: boolean; readonly name?: string }

/** The TeX of a formula; throws where mathjs cannot be loaded. */
export async function texOf(formula: string): Promise<string> {
  const { parse } = await import('mathjs/number')
  return parse(formula).toTex({ parenthesis: 'auto', handler: name }).trim()
}

/** Names of several letters stand upright as one word. */
function name({ isSymbolNode, name = '' }: Named): string | undefined {
  return isSymbolNode === true && name.length > 1 ? `\\mathrm{${name.replaceAll('_', '\\_')}}` : undefined
}
