/** The elements as React 19 writes them in JSX, made from the manifest. */

/** The text of `react.d.ts`. */
export function reactTypes(declarations) {
  const names = declarations.map(({ name }) => name).join(', ')
  return `/** Types of the elements in JSX for React 19: \`import type {} from 'roofline/react'\`. */
import type { HTMLAttributes, RefAttributes } from 'react'
import type { Report, Scenario } from './index.js'
import type { ${names} } from './ui/index.js'

type Props<E, Own> = Own & RefAttributes<E> & Omit<HTMLAttributes<E>, keyof Own>

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
${declarations.map(element).join('\n')}
    }
  }
}
`
}

function element({ name, tagName, attributes, events = [], members }) {
  // Only what may be set: fields that are an attribute as well go by its name.
  const set = members.filter(({ kind, readonly, attribute, type }) => kind === 'field' && !readonly && attribute === undefined && /^(Scenario|Report)\b/.test(type?.text ?? ''))
  const props = [
    ...attributes.map(attribute => [attribute.name, attribute.type.text, attribute.description]),
    ...set.map(member => [member.name, member.type.text, member.description]),
    ...events.map(event => [`on${event.name}`, `(event: ${event.type.text}) => void`, event.description]),
  ]
  return `      '${tagName}': Props<${name}, {
${props.map(([key, type, description]) => `        /** ${description} */\n        ${JSON.stringify(key)}?: ${plain(type)} | undefined`).join('\n')}
      }>`
}

/** Types that only the sources know become what JSX may pass. */
function plain(type) {
  if (type.startsWith('Phase[')) return 'string | null'
  return type.startsWith('(') ? `(${type})` : type
}
