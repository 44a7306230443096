import { Component, type ComponentChild, type ComponentType, h } from 'preact';

/** A component that renders again only when one of its props is a different value. */
export function memo<Props extends object>(
  render: (props: Props) => ComponentChild,
): ComponentType<Props> {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      return !sameProps(this.props, next);
    }

    override render(): ComponentChild {
      // As a child of its own, so that hooks work in it.
      return h(render as ComponentType<Props>, this.props);
    }
  };
}

function sameProps(a: object, b: object): boolean {
  const before = Object.entries(a);
  const after = new Map<string, unknown>(Object.entries(b));
  return before.length === after.size && before.every(([key, value]) => after.get(key) === value);
}
