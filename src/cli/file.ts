/** Files that a user names: their text, or why it cannot be had. */
import { parseJson } from '../index.js'
import { error, type Problem } from '../problem.js'
import { longest, type Io } from './io.js'
import { shown } from './text.js'

const reasons: Readonly<Record<string, string>> = { ENOENT: 'does not exist', EACCES: 'may not be read', EPERM: 'may not be read', EISDIR: 'is a folder' }

/** Why a file system refused. */
export function reason(failure: unknown): string {
  const code = (failure as { code?: unknown } | null)?.code
  return (typeof code === 'string' ? reasons[code] : undefined) ?? 'cannot be read'
}

/** A problem at `path` with a file. */
export function unreadable(path: string, file: string, why: string): Problem {
  return error('unreadable', path, `${shown(file, 200)} ${why}.`)
}

/** The JSON value in a text, or a problem at `path`. */
export async function json(text: string, path: string, name: string): Promise<{ readonly value: unknown } | { readonly problem: Problem }> {
  const parsed = await parseJson(text, shown(name, 200))
  return 'problem' in parsed ? { problem: { ...parsed.problem, path } } : parsed
}

/** The JSON value of a file. A file that is too large is refused by its size, unread. */
export async function jsonFile(file: string, path: string, io: Io): Promise<{ readonly value: unknown } | { readonly problem: Problem }> {
  const stat = await io.stat(file)
  if (stat === null) return { problem: unreadable(path, file, 'does not exist') }
  if (stat.kind === 'folder') return { problem: unreadable(path, file, 'is a folder') }
  if (stat.size > longest) return { problem: error('oversized', path, `${shown(file, 200)} has ${String(stat.size)} bytes; at most ${String(longest)} are read.`) }
  try {
    return await json(await io.readFile(file, longest + 1), path, file)
  } catch (failure) {
    return { problem: unreadable(path, file, reason(failure)) }
  }
}
