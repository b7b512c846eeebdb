import type { Socket } from "node:net"
import { Effect } from "effect"
import { Client, type Dispatcher, errors } from "undici"
import { broken, type Fault, fault } from "./Fault.ts"
import { Gathered } from "./Gathered.ts"
import type { Head } from "./Head.ts"
import type { Limits } from "./Limits.ts"
import { rearrangeFirst, withoutContinue, withoutStacks } from "./UndiciSocket.ts"

export interface Request {
  readonly url: URL
  /** The target as it stands in the request line: `/path?query`, or the whole URL for a proxy that forwards. */
  readonly path: string
  /** Names and values in turn. */
  readonly headers: Array<string>
  readonly saysKeepAlive: boolean
  /** Changes the head before it leaves; HTTP/1.1 only. */
  readonly rearrange: ((head: string) => string) | undefined
}

export interface Response extends Head {
  /** As it came, content codings included; nothing where the head said that it is not wanted. */
  readonly body: Gathered
}

/**
 * Asks one question over a connection that stands, and takes the answer as far as it is wanted: `onHead` hears the head
 * and says whether the body is. The connection is used up then.
 *
 * undici does the talking, below its promises: one client for one request, on a handler that copies the body once.
 */
export const exchange = (
  socket: Socket,
  request: Request,
  limits: Limits,
  onHead: (head: Head) => boolean
): Effect.Effect<Response, Fault> =>
  Effect.callback((resume) => {
    const isHttp2 = "alpnProtocol" in socket && socket.alpnProtocol === "h2"
    withoutStacks(socket)
    if (!isHttp2) {
      withoutContinue(socket)
      if (request.rearrange !== undefined) rearrangeFirst(socket, request.rearrange)
    }

    let lent = false
    const client = new Client(request.url.origin, {
      // What is connected is handed over once; a second connection would be one that nobody has guarded.
      connect: (_, callback) => {
        const used = lent
        lent = true
        // In a tick of its own: undici does not expect a socket before it has stopped asking for one.
        process.nextTick(() => (used ? callback(gone(), null) : callback(null, socket)))
      },
      allowH2: isHttp2,
      pipelining: request.saysKeepAlive ? 1 : 0,
      // The deadline of the whole fetch is kept elsewhere.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: limits.headerBytes
    })
    const answer = new Answer(limits, onHead, request.url.host, (result) => {
      // Not within undici's parser, which calls this: what follows may take long, or ask again.
      queueMicrotask(() => {
        // The client ends with its socket; `destroy` asserts what HTTP/2 does not keep (undici 8.12).
        socket.destroy()
        resume(result)
      })
    })
    client.dispatch(
      {
        path: request.path,
        method: "GET",
        headers: isHttp2 ? lowerNames(request.headers) : request.headers,
        ...(request.saysKeepAlive ? {} : { reset: true })
      },
      answer
    )
    return Effect.sync(() => {
      answer.drop()
      socket.destroy()
    })
  })

/** Takes what undici hears, until it is over: `done` is called once. */
class Answer implements Dispatcher.DispatchHandler {
  readonly #limits: Limits
  readonly #onHead: (head: Head) => boolean
  readonly #host: string
  readonly #done: (result: Effect.Effect<Response, Fault>) => void
  readonly #body = new Gathered()
  #head: Head | null = null
  #isOver = false

  constructor(
    limits: Limits,
    onHead: (head: Head) => boolean,
    host: string,
    done: (result: Effect.Effect<Response, Fault>) => void
  ) {
    this.#limits = limits
    this.#onHead = onHead
    this.#host = host
    this.#done = done
  }

  onRequestStart(): void {}

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Head["headers"]): void {
    // Of interim answers (RFC 9110 15.2) there may be any number before the answer.
    if (this.#isOver || status < 200) return
    this.#head = { status, headers }
    if (!this.#onHead(this.#head)) {
      this.#succeed(this.#head)
      controller.abort(over)
      return
    }
    const length = Number(headers["content-length"])
    if (length > this.#limits.wireBytes) this.#tooLarge(controller)
    else if (length > 0) this.#body.expect(length)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return
    if (this.#body.length + chunk.length > this.#limits.wireBytes) this.#tooLarge(controller)
    else this.#body.add(chunk)
  }

  onResponseEnd(): void {
    if (this.#isOver || this.#head === null) return
    this.#succeed(this.#head)
  }

  onResponseError(_: unknown, error: Error): void {
    if (this.#isOver) return
    if (this.#head !== null) this.#fail(broken(error, `reading the body from ${this.#host}`))
    // Also said of a head that cannot be read once it has told a length: no body was meant yet.
    else if (error instanceof errors.ResponseContentLengthMismatchError)
      this.#fail(fault("Error", `the answer is not HTTP asking ${this.#host}`))
    else this.#fail(broken(error, `asking ${this.#host}`))
  }

  /** Nobody waits any more. */
  drop(): void {
    this.#isOver = true
    this.#body.release()
  }

  #tooLarge(controller: Dispatcher.DispatchController): void {
    this.#fail(fault("Error", `the body is larger than ${this.#limits.wireBytes} bytes`))
    controller.abort(over)
  }

  #succeed(head: Head): void {
    this.#isOver = true
    this.#done(Effect.succeed({ status: head.status, headers: head.headers, body: this.#body }))
  }

  #fail(fault: Fault): void {
    this.drop()
    this.#done(Effect.fail(fault))
  }
}

/** undici wants an Error to stop with; this one is never shown. */
const over = new Error("over")
const gone = () => Object.assign(new Error("the connection is gone"), { code: "ECONNRESET" })

/** RFC 9113 8.2: names are lower case. */
const lowerNames = (lines: Array<string>): Array<string> =>
  lines.map((line, at) => (at % 2 === 0 ? line.toLowerCase() : line))
