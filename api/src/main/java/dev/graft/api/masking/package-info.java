/** The masking SPI: one loss weight for every target token. */
@NullMarked
package dev.graft.api.masking;

import org.jspecify.annotations.NullMarked;
