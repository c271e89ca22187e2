/** The adapter SPI: parameter-efficient changes of a frozen weight. */
@NullMarked
package dev.graft.api.adapter;

import org.jspecify.annotations.NullMarked;
