// What one page cannot show does not take the others with it.
import { Component, type ComponentChildren } from "preact";

interface Props {
  what: string;
  children: ComponentChildren;
}

export class Guard extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(): void {
    this.setState({ failed: true });
  }

  override componentDidUpdate(before: Props): void {
    if (before.what !== this.props.what && this.state.failed) this.setState({ failed: false });
  }

  override render(): ComponentChildren {
    if (!this.state.failed) return this.props.children;
    return (
      <div class="failed" role="alert">
        <strong>This cannot be shown.</strong> The app tells something that this page does not understand; they may be of
        different versions. <button onClick={() => this.setState({ failed: false })}>Try again</button>{" "}
        <a href="#/">To the fleet</a>
      </div>
    );
  }
}
