/** Networks given op by op: CNNs by name, programs, graphs of files, and what counters make of them. */
import models from '../../../data/models/networks.json'
import { attentionNote, counted, countNote, rulesOf } from '../conventions.js'
import { fold } from '../fold.js'
import { networkGraph } from '../models/network-graph.js'
import { readNetwork } from '../models/program/read.js'
import type { Part } from '../part.js'

export const networks: Part = {
  models: models,
  networks: { read: readNetwork, graph: networkGraph, fold, note: countNote, count: (convention, graph, sizes) => counted(rulesOf(convention), graph, sizes), attention: attentionNote },
}
