/** Registers the element that explains; loaded when the first number is asked about. */
import { RooflineExplain } from '../roofline-explain.js'

if (customElements.get('roofline-explain') === undefined) customElements.define('roofline-explain', RooflineExplain)
