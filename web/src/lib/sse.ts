/** One server-sent event. */
export interface ServerEvent {
  name: string;
  data: string;
  id: string | null;
}

/** Cuts a text/event-stream into events, however it comes in pieces. Comments count as signs of life only. */
export class EventParser {
  #rest = '';

  /** The events that are whole with this piece. */
  push(piece: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    const text = this.#rest + piece;
    let from = 0;
    for (let end = text.indexOf('\n\n', from); end >= 0; end = text.indexOf('\n\n', from)) {
      const event = parse(text.slice(from, end));
      if (event) events.push(event);
      from = end + 2;
    }
    this.#rest = text.slice(from);
    return events;
  }
}

function parse(block: string): ServerEvent | null {
  const event: ServerEvent = { name: 'message', data: '', id: null };
  let hasData = false;
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const value = line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    switch (line.slice(0, colon)) {
      case 'event':
        event.name = value;
        break;
      case 'id':
        event.id = value;
        break;
      case 'data':
        event.data = hasData ? `${event.data}\n${value}` : value;
        hasData = true;
        break;
    }
  }
  return hasData ? event : null;
}
