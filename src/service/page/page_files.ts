/**
 * The page and all that it loads, as texts inside of the program: nothing lies beside it, and uPlot comes from the one
 * place that names its version.
 * @module
 */
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uplot from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import api from "./api.js" with { type: "text" };
import app from "./app.js" with { type: "text" };
import connection from "./connection.js" with { type: "text" };
import dialog from "./dialog.js" with { type: "text" };
import dom from "./dom.js" with { type: "text" };
import droppedFiles from "./dropped_files.js" with { type: "text" };
import fileView from "./file_view.js" with { type: "text" };
import filesView from "./files_view.js" with { type: "text" };
import format from "./format.js" with { type: "text" };
import growthChart from "./growth_chart.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import importPanel from "./import_panel.js" with { type: "text" };
import index from "./index.html" with { type: "text" };
import moveDialog from "./move_dialog.js" with { type: "text" };
import movePanel from "./move_panel.js" with { type: "text" };
import overview from "./overview.js" with { type: "text" };
import parts from "./parts.css" with { type: "text" };
import pendingView from "./pending_view.js" with { type: "text" };
import queryTimes from "./query_times.js" with { type: "text" };
import settingsView from "./settings_view.js" with { type: "text" };
import style from "./style.css" with { type: "text" };

/** A file of the page, as it is served. */
export interface PageFile {
  /** For `Content-Type`. */
  type: string;
  text: string;
}

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

const TEXTS: Record<string, string> = {
  ...{ "/": index, "/assets/icon.svg": icon },
  ...{ "/assets/style.css": style, "/assets/parts.css": parts, "/assets/uplot.css": uplotStyle },
  ...{ "/assets/uplot.js": uplot, "/assets/app.js": app, "/assets/api.js": api, "/assets/dom.js": dom },
  ...{ "/assets/format.js": format, "/assets/connection.js": connection, "/assets/dialog.js": dialog },
  ...{ "/assets/overview.js": overview, "/assets/growth_chart.js": growthChart, "/assets/query_times.js": queryTimes },
  ...{ "/assets/files_view.js": filesView, "/assets/file_view.js": fileView, "/assets/pending_view.js": pendingView },
  ...{ "/assets/settings_view.js": settingsView, "/assets/import_panel.js": importPanel },
  ...{ "/assets/dropped_files.js": droppedFiles, "/assets/move_panel.js": movePanel },
  ...{ "/assets/move_dialog.js": moveDialog },
};

/** The page's files by the path they are asked for with. */
export const PAGE_FILES: ReadonlyMap<string, PageFile> = new Map(
  Object.entries(TEXTS).map(([path, text]) => {
    const ending = path === "/" ? "html" : path.slice(path.lastIndexOf(".") + 1);
    return [path, { type: TYPES[ending], text }];
  }),
);
