"""我的事项: a head, a village, a town leader, the party committee, the discipline office: each their part alone."""
