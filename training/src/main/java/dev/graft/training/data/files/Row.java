package dev.graft.training.data.files;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A row of a file.
 *
 * @param content what stands there, which need not be an object
 * @param number its number in the file, from 1
 * @param line the line on which it starts, from 1; 0 where a file has no lines
 */
public record Row(JsonNode content, int number, long line) {}
