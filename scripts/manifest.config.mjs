/**
 * `dist/custom-elements.json` and `dist/react.d.ts`, what editors and documentation read about the elements: properties, events, slots and parts
 * from the sources, attributes from the flags of the command line, custom properties from the tokens. Runs after `build:lib`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { flags as texts } from '../dist/cli/flags.js'
import { flags } from '../dist/ui/flags.js'
import { reactTypes } from './react-types.mjs'

/** Counts may be written `128k` or `2*4096`. */
const types = { count: 'number | string', amount: 'number | string', switch: 'boolean' }
const attributes = Object.entries(flags).map(([name, [path, kind]]) => ({
  name,
  type: { text: types[kind] ?? 'string' },
  description: texts.find(flag => flag.name === name)?.text.replace(/, or a JSON file.*/, '') ?? (name === 'model' ? 'model by name' : path),
}))
const tokens = readFileSync('src/ui/tokens.ts', 'utf8')
const cssProperties = [...tokens.matchAll(/var\((--roofline-[\w-]+), (.+)\);/g)].map(([, name, value]) => ({ name, default: value }))
const path = module => module.replace(/^\.?\/?src\/(.*)\.ts$/, 'dist/$1.js')

const ofLit = new Set(['connectedCallback', 'disconnectedCallback', 'attributeChangedCallback', 'observedAttributes'])

/** Leaves what an author of a page may use, and names the module that registers the element. */
function publish(declaration, module) {
  const { name, tagName } = declaration
  declaration.members = (declaration.members ?? []).filter(member => (member.privacy ?? 'public') === 'public' && !member.static && !ofLit.has(member.name))
  for (const item of [...declaration.members, ...declaration.attributes ?? []]) delete item.inheritedFrom
  const own = (declaration.attributes ?? []).filter(({ fieldName }) => declaration.members.some(member => member.name === fieldName))
  declaration.attributes = tagName === 'roofline-calculator' || declaration.superclass?.name === 'ReportElement' ? [...own, ...attributes] : own
  declaration.cssProperties = cssProperties
  declaration.superclass = { name: 'LitElement', package: 'lit' }
  module.exports = [
    { kind: 'js', name, declaration: { name, module: module.path } },
    { kind: 'custom-element-definition', name: tagName, declaration: { name, module: module.path } },
  ]
}

export default {
  globs: ['src/ui/roofline-*.ts', 'src/ui/element.ts'],
  outdir: 'dist',
  litelement: true,
  packagejson: false,
  plugins: [{
    name: 'roofline',
    packageLinkPhase({ customElementsManifest }) {
      const elements = module => (module.declarations ?? []).filter(({ tagName }) => tagName)
      customElementsManifest.modules = customElementsManifest.modules.filter(module => elements(module).length > 0)
      for (const module of customElementsManifest.modules) {
        module.path = path(module.path)
        module.declarations = elements(module)
        for (const declaration of module.declarations) publish(declaration, module)
      }
      writeFileSync('dist/react.d.ts', reactTypes(customElementsManifest.modules.flatMap(elements)))
    },
  }],
}
