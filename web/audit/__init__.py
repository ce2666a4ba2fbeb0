"""办理留痕: every act of the town, who did it and when, to filter, to export, to verify."""
