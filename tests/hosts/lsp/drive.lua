-- Drives Neovim without a screen: `nvim --headless -u NONE -c 'luafile drive.lua'`. RELINT is the server's command.
-- Works with 0.7 (Debian 12) and later. Prints one line for each thing that worked; `:cq` on the first that did not.
local function fail(what)
  io.stderr:write('FAILED: ' .. what .. '\n')
  vim.cmd('cq')
end

local function wait(what, condition)
  if not vim.wait(20000, condition, 20) then
    fail(what .. '; diagnostics: ' .. vim.inspect(vim.diagnostic.get(0)) .. '; text: ' .. vim.inspect(vim.api.nvim_buf_get_lines(0, 0, -1, false)))
  end
  print(what)
end

local function codes()
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, each.code or each.user_data.lsp.code)
  end
  table.sort(found)
  return table.concat(found, ' ')
end

local function has(text)
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n'):find(text, 1, true) ~= nil
end

local function choose(title)
  vim.ui.select = function(items, _, done)
    for index, item in ipairs(items) do
      local action = item.action or item[2]
      if action.title:find(title, 1, true) then
        return done(item, index)
      end
    end
    fail('no action ' .. title .. ' among ' .. vim.inspect(items))
  end
end

vim.cmd('edit app.py')
vim.bo.filetype = 'python'
local id = vim.lsp.start_client({ name = 'relint', cmd = vim.split(vim.env.RELINT, ' '), root_dir = vim.fn.getcwd() })
local buffer = vim.api.nvim_get_current_buf()
vim.lsp.buf_attach_client(buffer, id)
local client = vim.lsp.get_client_by_id(id)

wait('diagnostics', function() return codes() == 'REL101 REL102 REL301' end)

choose('(REL102): Add `timeout=10` (unsafe)')
vim.api.nvim_win_set_cursor(0, { 6, 0 })
vim.lsp.buf.code_action()
wait('quick fix', function() return has("smtplib.SMTP('漢字', timeout=10)") end)
wait('diagnostics after it', function() return codes() == 'REL101 REL301' end)

choose('(REL101): Ignore on this line')
vim.api.nvim_win_set_cursor(0, { 7, 4 })
vim.lsp.buf.code_action()
wait('ignore', function() return has('# relint: ignore[REL101] <why this is right here>') end)
wait('diagnostics after that', function() return codes() == 'REL301' end)

local shown
vim.lsp.handlers['textDocument/hover'] = function(_, result) shown = result end
vim.api.nvim_win_set_cursor(0, { 11, 6 })
vim.lsp.buf.hover()
wait('hover', function() return shown ~= nil and vim.inspect(shown.contents):find('dangling-task (REL301)', 1, true) ~= nil end)

-- Fix on save, with an edit that the server has not heard of yet: Neovim sends it first, if the buffer is named by its
-- number (for 0 it does not).
vim.api.nvim_create_autocmd('BufWritePre', {
  buffer = buffer,
  callback = function()
    local params = vim.lsp.util.make_range_params()
    params.context = { only = { 'source.fixAll.relint' }, diagnostics = {} }
    local answer = client.request_sync('textDocument/codeAction', params, 5000, buffer)
    for _, action in ipairs(answer and answer.result or {}) do
      if not action.edit then
        action = client.request_sync('codeAction/resolve', action, 5000, buffer).result
      end
      if action.edit then
        vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
      end
    end
  end,
})
vim.api.nvim_buf_set_lines(0, -1, -1, false, { '', '', 'async def more():', '    asyncio.create_task(main())' })
vim.cmd('write')
wait('fix on save', function() return has('background_tasks.discard') and not has('    asyncio.create_task(') end)
local saved = table.concat(vim.fn.readfile('app.py'), '\n')
if not saved:find('background_tasks.discard', 1, true) then fail('the fix was not saved: ' .. saved) end
wait('clean', function() return codes() == '' end)
print('done')
vim.cmd('qall!')
