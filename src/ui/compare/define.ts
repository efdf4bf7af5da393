/** Registers the comparison; loaded when two scenarios are compared. */
import { RooflineCompare } from '../roofline-compare.js'

if (customElements.get('roofline-compare') === undefined) customElements.define('roofline-compare', RooflineCompare)
