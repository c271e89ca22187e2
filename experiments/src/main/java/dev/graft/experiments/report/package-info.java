/**
 * What people read of a study: a page, a table for the terminal, a comparison of two studies, and
 * files for programs.
 *
 * <p>Plots are SVG that this package writes itself. XChart was tried (3.8.8, through
 * VectorGraphics2D): it draws with AWT, so that text becomes outlines of the fonts of the machine
 * that made the page, which cannot be read aloud or searched and shrink on a phone; colours are
 * fixed, so that a page has no dark mode; a plot of three points takes 82 KB; and it brings PDFBox,
 * JUnit and a writer of GIFs.
 */
@NullMarked
package dev.graft.experiments.report;

import org.jspecify.annotations.NullMarked;
