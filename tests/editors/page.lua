-- Opens app.py in a Neovim that is set up as the page says, and saves it. Prints one line for each thing that worked.
local function wait(what, condition)
  if not vim.wait(60000, condition, 20) then
    io.stderr:write('FAILED: ' .. what .. '; ' .. vim.inspect(vim.diagnostic.get(0)) .. '\n')
    vim.cmd('cq')
  end
  print(what)
end

local function found(code)
  for _, each in ipairs(vim.diagnostic.get(0)) do
    if (each.code or each.user_data.lsp.code) == code then
      return true
    end
  end
  return false
end

vim.cmd('edit app.py')
wait('findings', function() return found('REL301') end)
vim.api.nvim_buf_set_lines(0, -1, -1, false, { '', '', 'async def more():', '    asyncio.create_task(main())' })
vim.cmd('write')
local saved = table.concat(vim.fn.readfile('app.py'), '\n')
wait('fixed on save', function() return select(2, saved:gsub('background_tasks.discard', '')) == 2 end)
wait('clean', function() return not found('REL301') end)
print('done')
vim.cmd('qall!')
