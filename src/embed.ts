/** The elements in one file for a script tag: importing it registers them. */
import './ui/define.js'
