// Without the theme's font: the system's fonts are used.
import theme from "vitepress/theme-without-fonts";
import "./style.css";

export default theme;
