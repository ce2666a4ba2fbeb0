"""The sample town 城关镇, and what is made from it."""
