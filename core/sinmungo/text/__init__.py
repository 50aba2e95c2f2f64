"""How Korean city halls write names, numbers, dates and money, understood once and in one place."""
