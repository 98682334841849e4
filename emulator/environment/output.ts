import { StringDecoder } from 'node:string_decoder';

const LONGEST_LINE = 262_144;
const FRAME_HEADER_BYTES = 16;

/** Splits a stream into lines, across chunks. A very long line is cut, so that it cannot fill the memory. */
export function lineReader(onLine: (line: string) => void): { push(chunk: Uint8Array): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return {
    push(chunk) {
      const lines = (rest + decoder.write(Buffer.from(chunk))).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
      while (rest.length > LONGEST_LINE) {
        onLine(rest.slice(0, LONGEST_LINE));
        rest = rest.slice(LONGEST_LINE);
      }
    },
    end() {
      rest += decoder.end();
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}

/**
 * Splits what a runtime writes to `_LAMBDA_TELEMETRY_LOG_FD` into messages: a header of 16 bytes, big-endian, then the text.
 * The header is four bytes of type and level, four of length, eight of microseconds. A message may have several lines.
 */
export function frameReader(onMessage: (message: string) => void): { push(chunk: Uint8Array): void } {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
      while (rest.length >= FRAME_HEADER_BYTES) {
        if (!isFrame(rest)) {
          rest = afterNextFrameStart(rest);
          continue;
        }
        const end = FRAME_HEADER_BYTES + rest.readUInt32BE(4);
        if (rest.length < end) return;
        onMessage(rest.toString('utf8', FRAME_HEADER_BYTES, end).replace(/\n$/, ''));
        rest = rest.subarray(end);
      }
    },
  };
}

export function encodeFrame(message: string, epochMs: number): Buffer {
  const bytes = Buffer.byteLength(message);
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + bytes);
  frame.writeUInt32BE(0xa55a0003, 0);
  frame.writeUInt32BE(bytes, 4);
  frame.writeBigUInt64BE(BigInt(Math.trunc(epochMs)) * 1_000n, 8);
  frame.write(message, FRAME_HEADER_BYTES);
  return frame;
}

function isFrame(bytes: Buffer): boolean {
  return bytes.readUInt16BE(0) === 0xa55a;
}

/** Skips what another writer wrote to the descriptor. */
function afterNextFrameStart(bytes: Buffer): Buffer {
  const next = bytes.indexOf(Buffer.from([0xa5, 0x5a]), 1);
  return next < 0 ? bytes.subarray(bytes.length - 1) : bytes.subarray(next);
}
