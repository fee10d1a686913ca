"""Documents made of published figures: PDF by typst, workbooks by openpyxl. They compute no figure."""
