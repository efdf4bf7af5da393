/** What the command line needs of its surroundings; tests put their own in place. */
export interface Io {
  /** Standard input as text, at most `most` bytes of it. Rejects where there is more. */
  readonly stdin: (most: number) => Promise<string>
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** Null where nothing has that path. */
  readonly stat: (path: string) => Promise<Stat | null>
  /** The text of a file, cut after `most` bytes. Rejects where it cannot be read. */
  readonly readFile: (path: string, most: number) => Promise<string>
  /** Bytes `start` to `end` of a file. Rejects where it cannot be read. */
  readonly readBytes: (path: string, start: number, end: number) => Promise<Uint8Array>
  /** Names in a folder. Rejects where it cannot be read. */
  readonly list: (path: string) => Promise<readonly string[]>
  /** Serves a folder until the process is told to end; resolves then. `began` gets the address. */
  readonly serve: (port: number, began: (address: string) => void) => Promise<void>
  /** Version of the package. */
  readonly version: () => Promise<string>
}

/** What a path leads to: `other` is a pipe or a device, whose size is not known before it is read. */
export interface Stat {
  readonly kind: 'file' | 'folder' | 'other'
  readonly size: number
}

/** Longest text that is read, bytes: above any config.json or device file. */
export const longest = 8 * 2 ** 20
