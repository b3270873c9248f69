import { render } from "preact";
import { App } from "./app";
import { apply } from "./prefs";
import "./style.css";

apply();
const root = document.getElementById("app");
if (root) render(<App />, root);
