/**
 * The page and all that it loads, as texts inside of the program: nothing lies beside it, and uPlot comes from the one
 * place that names its version.
 * @module
 */
import { INPUT_ENDINGS } from "../formats/formats.ts";
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uplot from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import base from "./base.css" with { type: "text" };
import contrast from "./contrast.css" with { type: "text" };
import files from "./files.css" with { type: "text" };
import forms from "./forms.css" with { type: "text" };
import lists from "./lists.css" with { type: "text" };
import layout from "./layout.css" with { type: "text" };
import overviewStyle from "./overview.css" with { type: "text" };
import api from "./api.js" with { type: "text" };
import app from "./app.js" with { type: "text" };
import connection from "./connection.js" with { type: "text" };
import dialog from "./dialog.js" with { type: "text" };
import dom from "./dom.js" with { type: "text" };
import droppedFiles from "./dropped_files.js" with { type: "text" };
import chosenFiles from "./chosen_files.js" with { type: "text" };
import endlessList from "./endless_list.js" with { type: "text" };
import fileFilter from "./file_filter.js" with { type: "text" };
import fileRow from "./file_row.js" with { type: "text" };
import foldersView from "./folders_view.js" with { type: "text" };
import undo from "./undo.js" with { type: "text" };
import fileView from "./file_view.js" with { type: "text" };
import filesView from "./files_view.js" with { type: "text" };
import format from "./format.js" with { type: "text" };
import growthPoints from "./growth_points.js" with { type: "text" };
import growthChart from "./growth_chart.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import importHistory from "./import_history.js" with { type: "text" };
import importPanel from "./import_panel.js" with { type: "text" };
import importReport from "./import_report.js" with { type: "text" };
import index from "./index.html" with { type: "text" };
import moveDialog from "./move_dialog.js" with { type: "text" };
import movePanel from "./move_panel.js" with { type: "text" };
import overview from "./overview.js" with { type: "text" };
import pathImport from "./path_import.js" with { type: "text" };
import pendingView from "./pending_view.js" with { type: "text" };
import queryTimes from "./query_times.js" with { type: "text" };
import segmentRanges from "./segment_ranges.js" with { type: "text" };
import settingsView from "./settings_view.js" with { type: "text" };
import verifyPanel from "./verify_panel.js" with { type: "text" };

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

const ASSETS: Record<string, string> = {
  "uplot.css": uplotStyle,
  "base.css": base,
  "layout.css": layout,
  "overview.css": overviewStyle,
  "files.css": files,
  "lists.css": lists,
  "forms.css": forms,
  "contrast.css": contrast,
  "icon.svg": icon,
  "uplot.js": uplot,
  "app.js": app,
  "api.js": api,
  "connection.js": connection,
  "dialog.js": dialog,
  "dom.js": dom,
  "dropped_files.js": droppedFiles,
  "chosen_files.js": chosenFiles,
  "endless_list.js": endlessList,
  "file_filter.js": fileFilter,
  "file_row.js": fileRow,
  "folders_view.js": foldersView,
  "undo.js": undo,
  "file_view.js": fileView,
  "files_view.js": filesView,
  "format.js": format,
  "growth_chart.js": growthChart,
  "growth_points.js": growthPoints,
  "import_history.js": importHistory,
  "import_panel.js": importPanel,
  "import_report.js": importReport,
  "move_dialog.js": moveDialog,
  "move_panel.js": movePanel,
  "overview.js": overview,
  "path_import.js": pathImport,
  "pending_view.js": pendingView,
  "query_times.js": queryTimes,
  "segment_ranges.js": segmentRanges,
  "settings_view.js": settingsView,
  "verify_panel.js": verifyPanel,
};

/** The page's files by the path they are asked for with. */
export const PAGE_FILES: ReadonlyMap<string, PageFile> = new Map([
  ["/", { type: TYPES.html, text: index.replace("{{input endings}}", INPUT_ENDINGS.join(",")) }],
  ...Object.entries(ASSETS).map(([name, text]): [string, PageFile] => [
    `/assets/${name}`,
    { type: TYPES[name.slice(name.lastIndexOf(".") + 1)], text },
  ]),
]);
