/** roofline/serving: searches over scenarios, built on analyze(). All parts are there. */
import './complete.js'

export * from './serving/index.js'
